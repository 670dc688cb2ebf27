/**
 * The client of the commands that work through a running service. In the checkout it is the workspace's; the package
 * `strongroom` has the built one in this file's place (build.ts), as it depends on nothing that is not published.
 */
export * from '@strongroom/client';
