import { generateAccounts } from "./account.ts";
import { generateAddresses } from "./address.ts";
import type { Generator } from "./context.ts";
import { generateCountries } from "./country.ts";
import { generateCurrencyRates } from "./currency-rate.ts";
import { generateCustomers } from "./customer.ts";
import { generateDocuments } from "./document.ts";
import { generateEmployees } from "./employee.ts";
import { generateLogs } from "./log.ts";
import { generatePersons } from "./person.ts";
import { generateProducts } from "./product.ts";
import { generateProductDetails } from "./product-detail.ts";
import { generateProductModels } from "./product-model.ts";
import { generateProductVendors } from "./product-vendor.ts";
import { generatePurchaseOrders } from "./purchase-order.ts";
import { generateSalesOrders } from "./sales-order.ts";
import { generateOrderReasons, generateSalesReasons } from "./sales-reason.ts";
import { generateSpecialOffers } from "./special-offer.ts";
import { generateStock } from "./stock.ts";
import { generateStores } from "./store.ts";
import { generateTerritories } from "./territory.ts";
import { generateTransactions } from "./transaction.ts";
import { generateVendors } from "./vendor.ts";
import { generateWorkOrders } from "./work-order.ts";

/** Every generator, by each table that it makes. */
export const generators: ReadonlyMap<string, Generator> = new Map(
  [
    makes(generateAccounts, [
      "Person.EmailAddress",
      "Person.Password",
      "Sales.CreditCard",
      "Sales.PersonCreditCard",
    ]),
    makes(generateAddresses, [
      "Person.Address",
      "Person.AddressType",
      "Person.BusinessEntityAddress",
    ]),
    makes(generateCountries, [
      "Person.CountryRegion",
      "Person.StateProvince",
      "Sales.CountryRegionCurrency",
      "Sales.Currency",
      "Sales.SalesTaxRate",
    ]),
    makes(generateCurrencyRates, ["Sales.CurrencyRate"]),
    makes(generateCustomers, ["Sales.Customer"]),
    makes(generateDocuments, ["Production.Document", "Production.ProductDocument"]),
    makes(generateEmployees, [
      "HumanResources.Department",
      "HumanResources.Employee",
      "HumanResources.EmployeeDepartmentHistory",
      "HumanResources.EmployeePayHistory",
      "HumanResources.JobCandidate",
      "HumanResources.Shift",
    ]),
    makes(generateLogs, ["dbo.AWBuildVersion", "dbo.DatabaseLog", "dbo.ErrorLog"]),
    makes(generatePersons, [
      "Person.BusinessEntity",
      "Person.BusinessEntityContact",
      "Person.ContactType",
      "Person.Person",
      "Person.PersonPhone",
      "Person.PhoneNumberType",
    ]),
    makes(generateProductDetails, [
      "Production.ProductCostHistory",
      "Production.ProductListPriceHistory",
      "Production.ProductPhoto",
      "Production.ProductProductPhoto",
      "Production.ProductReview",
    ]),
    makes(generateProductModels, [
      "Production.Culture",
      "Production.Illustration",
      "Production.ProductCategory",
      "Production.ProductDescription",
      "Production.ProductModel",
      "Production.ProductModelIllustration",
      "Production.ProductModelProductDescriptionCulture",
      "Production.ProductSubcategory",
    ]),
    makes(generateProductVendors, ["Purchasing.ProductVendor"]),
    makes(generateProducts, ["Production.Product"]),
    makes(generatePurchaseOrders, [
      "Purchasing.PurchaseOrderDetail",
      "Purchasing.PurchaseOrderHeader",
    ]),
    makes(generateSalesOrders, ["Sales.SalesOrderDetail", "Sales.SalesOrderHeader"]),
    makes(generateSalesReasons, ["Sales.SalesReason", "Sales.ShoppingCartItem"]),
    makes(generateOrderReasons, ["Sales.SalesOrderHeaderSalesReason"]),
    makes(generateSpecialOffers, ["Sales.SpecialOffer", "Sales.SpecialOfferProduct"]),
    makes(generateStock, [
      "Production.BillOfMaterials",
      "Production.Location",
      "Production.ProductInventory",
      "Production.ScrapReason",
      "Production.UnitMeasure",
    ]),
    makes(generateStores, [
      "Sales.SalesPerson",
      "Sales.SalesPersonQuotaHistory",
      "Sales.SalesTerritoryHistory",
      "Sales.Store",
    ]),
    makes(generateTerritories, ["Sales.SalesTerritory"]),
    makes(generateTransactions, [
      "Production.TransactionHistory",
      "Production.TransactionHistoryArchive",
    ]),
    makes(generateVendors, ["Purchasing.ShipMethod", "Purchasing.Vendor"]),
    makes(generateWorkOrders, ["Production.WorkOrder", "Production.WorkOrderRouting"]),
  ].flat(),
);

function makes(generator: Generator, tables: readonly string[]): (readonly [string, Generator])[] {
  return tables.map((table) => [table, generator] as const);
}
