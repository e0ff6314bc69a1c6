#if PostgreSQL
  import Testing

  @testable import PostgresStorage

  /// What the driver thinks that statements may meet; too little would be a wrong answer.
  @Suite struct StatementReachTests {
    private func reads(_ sql: String) -> [String]? {
      StatementReach(sql).reads.map { uses in
        uses.map { use in
          use.table + use.bounds.map { " \($0.column)=$\($0.parameter + 1)" }.sorted().joined()
        }
      }
    }

    private func writes(_ sql: String) -> String? {
      StatementReach(sql).writes.map { use in
        use.table + use.bounds.map { " \($0.column)=$\($0.parameter + 1)" }.sorted().joined()
      }
    }

    @Test func questionsThatAreBoundToAKey() {
      #expect(reads("SELECT a FROM t WHERE k = $1 AND b > $2 ORDER BY a LIMIT $3") == ["t k=$1"])
      #expect(
        reads("SELECT * FROM a x JOIN b y ON y.k = x.k WHERE x.k = $1 AND y.n = $2")
          == ["a k=$1", "b k=$1 n=$2"])
      #expect(
        reads("SELECT 1 FROM a WHERE k = $1 AND NOT EXISTS (SELECT 1 FROM b WHERE b.k = a.k)")
          == ["a", "b"])
    }

    @Test func questionsThatLookAtMore() {
      #expect(reads("SELECT a FROM t WHERE k = $1 OR b = $2") == ["t"])
      #expect(reads("SELECT a FROM t WHERE k = $1 UNION SELECT a FROM u") == ["t", "u"])
      #expect(reads("SELECT a FROM t WHERE CASE WHEN x AND k = $1 AND y THEN z END") == ["t"])
      #expect(reads("SELECT (SELECT max(a) FROM t WHERE k = $1), b FROM u") == ["t", "u"])
      #expect(reads("SELECT a FROM t WHERE a IS DISTINCT FROM $1 AND k = $2") == ["t k=$2"])
      #expect(reads("SELECT a FROM t, u WHERE t.k = $1") == nil)
      #expect(reads("SELECT a FROM t JOIN u ON t.k = u.k, v WHERE t.k = $1") == nil)
      #expect(reads("SELECT a FROM (SELECT * FROM t) x, u") == nil)
      #expect(reads("WITH x AS (SELECT 1) SELECT * FROM x") == nil)
      #expect(reads("SELECT a FROM \"T\" WHERE k = $1") == nil)
    }

    @Test func changes() {
      #expect(writes("INSERT INTO t (k, a) VALUES ($2, $1)") == "t a=$1 k=$2")
      #expect(writes("INSERT INTO t (k, a) VALUES ($1, $2), ($3, $4)") == "t")
      #expect(writes("INSERT INTO t (k, a) SELECT k, a FROM u") == "t")
      #expect(
        writes(
          "INSERT INTO t (k, a) VALUES ($1, $2) ON CONFLICT (k) DO UPDATE SET a = excluded.a")
          == "t k=$1")
      #expect(writes("UPDATE t SET a = $2, b = 0 WHERE k = $1 AND a = $3") == "t k=$1")
      #expect(writes("UPDATE t SET (a, b) = (1, 2) WHERE a = $1") == "t")
      #expect(writes("UPDATE t SET a = v.a FROM v WHERE t.k = $1") == "t")
      #expect(writes("DELETE FROM t WHERE k = $1 AND n = $2") == "t k=$1 n=$2")
      #expect(writes("DELETE FROM t WHERE k IN (SELECT k FROM u WHERE n = $1)") == "t")
      #expect(writes("TRUNCATE t") == nil)
    }
  }
#endif
