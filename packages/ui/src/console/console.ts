import './shell/shell.ts';
