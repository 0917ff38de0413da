/** A copy of its own of the application, without what was built; packages are the same files. */
export function copyInstalledApp(from: string, to: string): Promise<void>;
