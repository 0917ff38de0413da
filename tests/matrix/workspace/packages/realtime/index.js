export * from "millrace";
