export { register } from "@acme/realtime/next";
