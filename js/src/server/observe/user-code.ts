/** Code of the application's that Millrace calls. */
export type UserCode =
  | "authorize"
  | "exists"
  | "module"
  | "from"
  | "greeting"
  | "snapshot"
  | "onClose"
  | "listener"
  | "request"
  | "contentStore";
