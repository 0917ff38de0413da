// The demo's run as people start it: it compiles the core and runs its tests, which takes minutes.
import { testRuns } from "../demo/runs.js";
import { DemoFixture } from "../support/demo-fixture.js";

testRuns(DemoFixture.use(), async () => {});
