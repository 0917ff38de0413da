/** An object without the members that are undefined: as if they had been left out, where defaults stand behind them. */
export function withoutUndefined<Value extends object>(value: Value): Value {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Value;
}
