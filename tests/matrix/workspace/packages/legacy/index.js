// As compilers write CommonJS.
const { broadcast, getConnectionCount } = require("millrace");

module.exports = { broadcast, getConnectionCount };
