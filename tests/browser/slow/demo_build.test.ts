// The demo's build as people start it: it compiles the core and runs its tests, which takes minutes.
import { testBuilds } from "../demo/builds.js";
import { DemoFixture } from "../support/demo-fixture.js";

testBuilds(DemoFixture.use(), async () => {});
