import { type ShopName, shopNames } from '../support/shops.ts';
import { losesNoRequest, rareShops } from './order.ts';

/** The rest of the table is in `test/thorough`: with a dynamic stable, one router for each way to reach pods is enough here. */
const byEachWay: readonly ShopName[] = ['Istio with subsets', 'ALB with ping-pong', 'SMI'];

for (const name of shopNames) if (!rareShops.includes(name)) losesNoRequest(name, 'a whole stable');
for (const name of byEachWay) losesNoRequest(name, 'a dynamic stable');
