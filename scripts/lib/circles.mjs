// Finds circles in a graph of files.

/** The largest sets of files that all lead to each other. `graph`: from each file to those that it uses. */
export function circlesOf(graph) {
  const circles = [];
  const found = new Map(); // in which order a file was reached, and the earliest file that it leads back to
  const open = [];
  const isOpen = new Set();
  const visit = (file) => {
    const state = { order: found.size, earliest: found.size };
    found.set(file, state);
    open.push(file);
    isOpen.add(file);
    for (const used of graph.get(file) ?? []) {
      if (!found.has(used)) state.earliest = Math.min(state.earliest, visit(used).earliest);
      else if (isOpen.has(used)) state.earliest = Math.min(state.earliest, found.get(used).order);
    }
    if (state.earliest === state.order) {
      const circle = open.splice(open.indexOf(file));
      for (const member of circle) isOpen.delete(member);
      if (circle.length > 1 || graph.get(file)?.has(file)) circles.push(circle.sort());
    }
    return state;
  };
  for (const file of [...graph.keys()].sort()) if (!found.has(file)) visit(file);
  return circles;
}
