import { readFileSync } from "node:fs"
import { Effect } from "effect"
import { ComponentStore, defaultLimits, ok, Sandbox } from "../src/index.ts"
import { processorTime } from "../src/internal/host/processorTime.ts"
import { scriptGuest } from "./support/Guests.ts"
import { guestProcesses, requestOf, sandboxOf } from "./support/Run.ts"
const item=(i:number)=>({clientId:'c0000000-0001-4000-8000-00000000000'+i,clientName:'Northwind '+i,clientType:'company',isInactive:false,defaultCurrencyCode:'USD',accountManagerId:null,accountManagerName:'Some One',billingEmail:'a@b.c',tags:['x','y'],serviceId:'c0000000-0001-4000-8000-00000000000'+i,serviceName:'S '+i,itemKind:'service',billingMethod:'fixed',serviceTypeId:null,serviceTypeName:'x',defaultRate:1200,unitOfMeasure:'h',isActive:true,sku:null})
const page={items:Array.from({length:25},(_,i)=>item(i)),totalCount:25,page:1,pageSize:25}
const n=Number(process.argv[3]??1000)
const med=(a:number[])=>{a.sort((x,y)=>x-y);return `p10 ${a[a.length*.1|0]!.toFixed(3)} med ${a[a.length>>1]!.toFixed(3)}`}
await Effect.runPromise(Effect.gen(function*(){
  const store=yield* ComponentStore; const sb=yield* Sandbox
  const c0=yield* store.accept(process.argv[2]==='counter'?yield* Effect.promise(()=>scriptGuest('counter')):readFileSync(process.argv[2]!))
  for(const unrestorable of [null,"off",null,"off"]){
    const component={...c0,unrestorable}
    let calls=0
    const req=requestOf(null); (req.http as any).url='/api/overview'; (req.http as any).method='GET'
    const one=sb.execute({component,tenantId:'t',installId:'i'+unrestorable,request:req,limits:defaultLimits,host:(call:any)=>{calls++;return Effect.succeed(ok(call.function.startsWith('list')?page:page.items[0]))}})
    for(let i=0;i<150;i++) yield* one
    const pid=guestProcesses(); const sum=()=>pid.reduce((s,p)=>s+(processorTime(p)??0),0)
    const c=sum(), h=process.cpuUsage(); calls=0; const times:number[]=[]
    for(let i=0;i<n;i++){const t=performance.now(); yield* one; times.push(performance.now()-t)}
    const u=process.cpuUsage(h)
    console.log(unrestorable??'restored','child cpu ms/request',((sum()-c)/n).toFixed(3),'host cpu',((u.user+u.system)/1000/n).toFixed(3),'wall',med(times),'calls',calls/n)
  }
}).pipe(Effect.provide(sandboxOf()),Effect.scoped) as any)
