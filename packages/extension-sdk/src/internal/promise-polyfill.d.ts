declare module "promise-polyfill" {
  const PolyfilledPromise: PromiseConstructor
  export default PolyfilledPromise
}
