export {
  type AttributeEntry,
  type AttributeType,
  attributes,
  operatorsOf,
  propertyChangeKey,
} from './attribute.ts';
export * from './changes.ts';
export * from './collection.ts';
export { collectionFailures } from './collection-failures.ts';
export * from './evaluate.ts';
export * from './format.ts';
export * from './glob.ts';
export * from './membership.ts';
export * from './order.ts';
export * from './parse.ts';
export * from './rule.ts';
