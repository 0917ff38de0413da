import { RefreshOnEvent } from "millrace/next";
import { connection } from "next/server";
import { PriceForm } from "@/components/catalogue/price-form";
import { PageHeader } from "@/components/page-header";
import { readPrices } from "@/lib/server/prices";

export const metadata = { title: "Catalogue · Millrace, live" };

export default async function Page() {
  await connection();
  const { prices, readAt } = await readPrices();
  return (
    <>
      <PageHeader current="/catalogue" />
      <RefreshOnEvent url="/api/catalogue" events={["revalidated"]} shareAcrossTabs />
      <main className="page-main">
        <section className="panel" aria-labelledby="catalogue-title">
          <h1 id="catalogue-title">Catalogue</h1>
          <p className="lead">
            Rendered on the server, and cached: read at <time data-testid="read-at">{readAt}</time>. It is read anew
            when a price changes, and every open tab shows it.
          </p>
          <ul>
            {prices.map(({ name, amount }) => (
              <li key={name} data-testid="price">
                {name}: {amount} €
              </li>
            ))}
          </ul>
          <PriceForm />
        </section>
      </main>
    </>
  );
}
