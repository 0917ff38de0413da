/** Code of the application's that Millrace calls, and the hub's store. */
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
  | "contentStore"
  | "store";
