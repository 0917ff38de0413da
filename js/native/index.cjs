"use strict";
// The addon for this platform, as Node resolves it: never bundled. Says why when there is none, so that a build on a
// platform without a binary works and only the first use fails.
const target = `${process.platform}-${process.arch}`;
try {
  module.exports = { binding: require(`./${target}/millrace.node`), error: null, target };
} catch (error) {
  module.exports = { binding: null, error, target };
}
