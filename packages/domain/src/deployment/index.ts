export * from './delivery.ts';
export * from './delivery-method.ts';
export * from './deployment.ts';
export * from './forecast.ts';
export * from './forecast-question.ts';
export * from './gates.ts';
export * from './multicast.ts';
export * from './waiting-group.ts';
