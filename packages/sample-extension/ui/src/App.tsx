import { Tabs } from "@alga-psa/ui-kit"
import { useEffect, useRef, useState } from "react"
import { Clients, clientsSource } from "./Clients.tsx"
import type { Ask, Client, Service } from "./Handler.ts"
import type { ListName, Place } from "./places.ts"
import { Services, servicesSource } from "./Services.tsx"
import { useListing } from "./useListing.ts"

/** What the page needs. */
export interface AppProps {
  readonly ask: Ask
  readonly start: Place
}

/** The page: two lists, and one record of either. */
export const App = ({ ask, start }: AppProps) => {
  const [place, setPlace] = useState(start)
  const clients = useListing<Client>(ask, clientsSource, place.list === "clients")
  const services = useListing<Service>(ask, servicesSource, place.list === "services")
  const left = useRef<string | null>(null)

  const go = (next: Place) => {
    left.current = next.id === null ? place.id : null
    setPlace(next)
  }
  // Who leaves a record finds the focus on its row again.
  useEffect(() => {
    if (place.id === null && left.current !== null) document.getElementById(`open-${left.current}`)?.focus()
  }, [place])

  const shared = { ask, id: place.id }
  return (
    <main>
      <h1 className="visually-hidden">Clients and services</h1>
      <Tabs
        activeKey={place.list}
        onChange={(key) => go({ list: key as ListName, id: null })}
        tabs={[
          {
            key: "clients",
            label: <span id="clients">Clients</span>,
            content: <Clients {...shared} listing={clients} onOpen={(id) => go({ list: "clients", id })} />
          },
          {
            key: "services",
            label: <span id="services">Services</span>,
            content: <Services {...shared} listing={services} onOpen={(id) => go({ list: "services", id })} />
          }
        ]}
      />
    </main>
  )
}
