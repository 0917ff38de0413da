export { revalidate as POST } from "millrace/next";
