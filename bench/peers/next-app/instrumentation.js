export { register } from "millrace/next";
