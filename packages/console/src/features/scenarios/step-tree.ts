import type { StepGroup, StepNode } from '@tenkai/domain/scenario/scenario.ts';

/** A step of the tree as one line of the editor. */
export interface StepLine {
  readonly node: StepNode;
  readonly depth: number;
  /** `2.1`: what people call it. */
  readonly number: string;
}

export type Direction = 'up' | 'down' | 'in' | 'out';

/** The tree in the order of execution, groups before what is in them. */
export function linesOf(nodes: readonly StepNode[], depth = 0, prefix = ''): StepLine[] {
  return nodes.flatMap((node, index) => {
    const number = `${prefix}${index + 1}`;
    const inside = node.kind === 'group' ? linesOf(node.steps, depth + 1, `${number}.`) : [];
    return [{ node, depth, number }, ...inside];
  });
}

export function findStep(nodes: readonly StepNode[], id: string): StepNode | undefined {
  return linesOf(nodes).find(({ node }) => node.id === id)?.node;
}

/** The tree with one node replaced; a group keeps what the replacement says is in it. */
export function withStep(nodes: readonly StepNode[], next: StepNode): StepNode[] {
  return nodes.map((node) => {
    if (node.id === next.id) return next;
    return node.kind === 'group' ? { ...node, steps: withStep(node.steps, next) } : node;
  });
}

export function withoutStep(nodes: readonly StepNode[], id: string): StepNode[] {
  return nodes
    .filter((node) => node.id !== id)
    .map((node) => (node.kind === 'group' ? { ...node, steps: withoutStep(node.steps, id) } : node));
}

/** Puts a node behind another one, or at the end; behind a group it stands in the group's list, not inside. */
export function insertedAfter(
  nodes: readonly StepNode[],
  afterId: string | undefined,
  added: StepNode,
): StepNode[] {
  if (afterId === undefined) return [...nodes, added];
  return nodes.flatMap((node): StepNode[] => {
    if (node.id === afterId) return [node, added];
    return [node.kind === 'group' ? { ...node, steps: insertedAfter(node.steps, afterId, added) } : node];
  });
}

/** Moves a node by one place, into the group above it, or out of its group. Where it cannot go it stays. */
export function moved(nodes: readonly StepNode[], id: string, direction: Direction): StepNode[] {
  const index = nodes.findIndex((node) => node.id === id);
  if (index >= 0) return movedHere(nodes, index, direction);
  return nodes.flatMap((node): StepNode[] => {
    if (node.kind !== 'group') return [node];
    const child = node.steps.find((each) => each.id === id);
    if (child && direction === 'out') return [{ ...node, steps: withoutStep(node.steps, id) }, child];
    return [{ ...node, steps: moved(node.steps, id, direction) }];
  });
}

function movedHere(nodes: readonly StepNode[], index: number, direction: Direction): StepNode[] {
  const node = nodes[index];
  const rest = nodes.filter((_, at) => at !== index);
  if (!node) return [...nodes];
  if (direction === 'in') {
    const above = nodes[index - 1];
    if (above?.kind !== 'group') return [...nodes];
    const group: StepGroup = { ...above, steps: [...above.steps, node] };
    return rest.map((each) => (each.id === group.id ? group : each));
  }
  const target = direction === 'up' ? index - 1 : index + 1;
  if (direction === 'out' || target < 0 || target > rest.length) return [...nodes];
  return [...rest.slice(0, target), node, ...rest.slice(target)];
}

export type DropPlace = 'before' | 'after' | 'inside';

/** Takes a node out and puts it before, behind or into another one. Into itself it does not go. */
export function dropped(
  nodes: readonly StepNode[],
  id: string,
  targetId: string,
  place: DropPlace,
): StepNode[] {
  const node = findStep(nodes, id);
  const isOwn = node?.kind === 'group' && findStep(node.steps, targetId) !== undefined;
  if (!node || id === targetId || isOwn) return [...nodes];
  return placed(withoutStep(nodes, id), node, targetId, place);
}

function placed(nodes: readonly StepNode[], node: StepNode, targetId: string, place: DropPlace): StepNode[] {
  return nodes.flatMap((each): StepNode[] => {
    if (each.id !== targetId) {
      return [each.kind === 'group' ? { ...each, steps: placed(each.steps, node, targetId, place) } : each];
    }
    if (place === 'inside' && each.kind === 'group') return [{ ...each, steps: [...each.steps, node] }];
    return place === 'before' ? [node, each] : [each, node];
  });
}
