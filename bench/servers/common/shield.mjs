import { createRequire } from 'node:module';
import util from 'node:util';

// graphql-shield 7.6.5 still calls `util.isUndefined`, which Node 23 removed. Its CommonJS build
// looks the function up at each call, and requires graphql-middleware's CommonJS build beside it.
util.isUndefined ??= value => value === undefined;
const require = createRequire(import.meta.url);

export const { rule, shield } = require('graphql-shield');
export const { applyMiddleware } = require('graphql-middleware');
