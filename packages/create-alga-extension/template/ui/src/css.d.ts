/** Style sheets that the build collects into `main.css`. */
declare module "*.css"
