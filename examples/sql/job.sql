-- Orders of five customers, and how much each has spent in ten seconds.
CREATE TABLE orders (
  customer INT,
  amount   DECIMAL(8, 2),
  ordered  TIMESTAMP(3),
  WATERMARK FOR ordered AS ordered - INTERVAL '1' SECOND
) WITH (
  'connector' = 'datagen', 'rows-per-second' = '${orders.per-second}',
  'fields.customer.min' = '1', 'fields.customer.max' = '5',
  'fields.amount.min' = '1', 'fields.amount.max' = '100'
);

CREATE TABLE spent (customer INT, until TIMESTAMP(3), amount DECIMAL(38, 2)) WITH ('connector' = 'print');

INSERT INTO spent
SELECT customer, window_end, SUM(amount)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ordered), INTERVAL '10' SECOND))
GROUP BY customer, window_start, window_end;
