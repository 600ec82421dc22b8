#!/usr/bin/env node
// npm start: sets up what a fresh clone lacks, then is the server (src/main.ts).
import { join } from 'node:path';
import { become, root, setUp } from './setup.mjs';

await setUp();
// Stripped and compiled code is kept between starts: it is a third of the time of a start.
const env = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'vigie'), ...process.env };
await become([join(root, 'src', 'main.ts'), ...process.argv.slice(2)], env);
