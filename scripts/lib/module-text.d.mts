export function toModuleText(bytes: Uint8Array): string;
