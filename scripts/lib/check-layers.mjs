import { runCheck } from "./house-check.mjs";
import { checkLayers, layerRules } from "./layers.mjs";
import { selfTest } from "./layers-self-test.mjs";

runCheck({ name: "check-layers", check: checkLayers, rules: layerRules, selfTest });
