export * from "millrace/next";
