/** The Next.js command line that the application in this folder uses. */
export function nextBin(folder: string): string;
