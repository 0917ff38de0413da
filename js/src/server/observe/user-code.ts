/** Code of the application's that Millrace calls. */
export type UserCode = "authorize" | "snapshot" | "onClose" | "listener" | "request" | "contentStore";
