/** `npm start`: a real site; packages/server/src/config.ts names its settings. */
import '@tenkai/server/main.ts';
