export default { output: "standalone", distDir: process.env.DIST_DIR };
