import { withMillrace } from "millrace/next";

const config = { output: "standalone", distDir: process.env.DIST_DIR };

export default process.env.WITH_MILLRACE === undefined ? config : withMillrace(config);
