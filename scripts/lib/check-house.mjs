import { runCheck } from "./house-check.mjs";
import { checkHouse, houseRules } from "./house-rules.mjs";
import { selfTest } from "./house-self-test.mjs";

runCheck({ name: "check-house", check: checkHouse, rules: houseRules, selfTest });
