/* PeerLucene.java - the peer: Lucene, fed with our words between spaces, so that both index the same words; it stores
 * the text they came from.
 *
 *     java PeerLucene build INDEX THREADS merge|as-built FEED...     from what bench_feed wrote
 *     java PeerLucene drive INDEX < REQUESTS                         MODE<TAB>QUERY: bench/README.md, "Drivers"
 *     java PeerLucene version
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.BooleanClause;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MultiPhraseQuery;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.TotalHitCountCollector;
import org.apache.lucene.search.spans.SpanNearQuery;
import org.apache.lucene.search.spans.SpanQuery;
import org.apache.lucene.search.spans.SpanTermQuery;
import org.apache.lucene.search.spans.SpanWeight;
import org.apache.lucene.search.spans.Spans;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.store.MMapDirectory;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;
import org.apache.lucene.util.Version;

public final class PeerLucene {
    private static final String FIELD = "t";

    /* ---- building ---- */

    /** Documents of the feeds, one after the other, for several threads. */
    private static final class Feeds {
        private final Iterator<String> paths;
        private InputStream in;

        Feeds(List<String> paths) {
            this.paths = paths.iterator();
        }

        private String header() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c; (c = in.read()) != '\n'; line.append((char) c)) {
                if (c < 0) {
                    return null;
                }
            }
            return line.toString();
        }

        private byte[] bytes(int len) throws IOException {
            byte[] read = in.readNBytes(len);
            if (read.length != len || in.read() != '\n') {
                throw new EOFException("a feed is cut short");
            }
            return read;
        }

        /** Words and text, or null at the end. */
        synchronized byte[][] next() throws IOException {
            String header = in == null ? null : header();
            while (header == null) {
                if (in != null) {
                    in.close();
                }
                in = null;
                if (!paths.hasNext()) {
                    return null;
                }
                in = new BufferedInputStream(new FileInputStream(paths.next()), 1 << 16);
                header = header();
            }
            String[] lengths = header.split(" ");
            return new byte[][] {bytes(Integer.parseInt(lengths[0])), bytes(Integer.parseInt(lengths[1]))};
        }
    }

    private static void add(IndexWriter writer, Feeds feeds) throws IOException {
        for (byte[][] read; (read = feeds.next()) != null;) {
            Document doc = new Document();
            doc.add(new TextField(FIELD, new String(read[0], StandardCharsets.UTF_8), Field.Store.NO));
            doc.add(new StoredField("text", new String(read[1], StandardCharsets.UTF_8)));
            writer.addDocument(doc);
        }
    }

    private static void build(String dir, int threads, boolean merge, List<String> paths) throws Exception {
        IndexWriterConfig config = new IndexWriterConfig(new WhitespaceAnalyzer());
        config.setOpenMode(IndexWriterConfig.OpenMode.CREATE).setRAMBufferSizeMB(128).setUseCompoundFile(false);
        Feeds feeds = new Feeds(paths);
        List<Throwable> failures = new ArrayList<>();
        try (IndexWriter writer = new IndexWriter(FSDirectory.open(Paths.get(dir)), config)) {
            Thread[] workers = new Thread[threads];
            for (int i = 0; i < threads; i++) {
                workers[i] = new Thread(() -> {
                    try {
                        add(writer, feeds);
                    } catch (Throwable failure) {
                        synchronized (failures) {
                            failures.add(failure);
                        }
                    }
                });
                workers[i].start();
            }
            for (Thread worker : workers) {
                worker.join();
            }
            if (!failures.isEmpty()) {
                throw new IOException(failures.get(0));
            }
            if (merge) {
                writer.forceMerge(1);
            }
            writer.commit();
        }
    }

    /* ---- the notation of drivers ---- */

    private final IndexSearcher searcher;

    private PeerLucene(IndexSearcher searcher) {
        this.searcher = searcher;
    }

    private Term[] prefixed(String prefix) throws IOException {
        List<Term> found = new ArrayList<>();
        BytesRef bytes = new BytesRef(prefix);
        Terms terms = MultiTerms.getTerms(searcher.getIndexReader(), FIELD);
        TermsEnum all = terms.iterator();
        if (all.seekCeil(bytes) != TermsEnum.SeekStatus.END) {
            for (BytesRef term = all.term(); term != null && StringHelper.startsWith(term, bytes); term = all.next()) {
                found.add(new Term(FIELD, BytesRef.deepCopyOf(term)));
            }
        }
        return found.toArray(new Term[0]);
    }

    /** What may stand in one place; null: any word. */
    private Term[] slot(Iterator<String> in) throws IOException {
        String word = in.next();
        switch (word.charAt(0)) {
        case '=':
            return new Term[] {new Term(FIELD, word.substring(1))};
        case '^':
            return prefixed(word.substring(1));
        case '|':
            Term[] terms = new Term[Integer.parseInt(word.substring(1))];
            for (int i = 0; i < terms.length; i++) {
                terms[i] = new Term(FIELD, in.next());
            }
            return terms;
        default:
            return null;
        }
    }

    private Query phrase(int n, Iterator<String> in) throws IOException {
        Term[][] slots = new Term[n][];
        boolean single = true;
        for (int i = 0; i < n; i++) {
            slots[i] = slot(in);
            single &= slots[i] == null || slots[i].length == 1;
        }
        if (single && n == 1) {
            return new TermQuery(slots[0][0]);
        }
        PhraseQuery.Builder one = new PhraseQuery.Builder();
        MultiPhraseQuery.Builder many = new MultiPhraseQuery.Builder();
        for (int i = 0; i < n; i++) {
            if (slots[i] != null && single) {
                one.add(slots[i][0], i);
            } else if (slots[i] != null) {
                many.add(slots[i], i);
            }
        }
        return single ? one.build() : many.build();
    }

    private Query near(int among, boolean ordered, int n, Iterator<String> in) throws IOException {
        SpanQuery[] words = new SpanQuery[n];
        for (int i = 0; i < n; i++) {
            words[i] = new SpanTermQuery(slot(in)[0]);
        }
        return new SpanNearQuery(words, among, ordered);
    }

    private Query query(Iterator<String> in) throws IOException {
        String op = in.next();
        int among = op.equals("NEAR") || op.equals("ORDERED") ? Integer.parseInt(in.next()) : 0;
        int n = Integer.parseInt(in.next());
        if (op.equals("PHRASE")) {
            return phrase(n, in);
        }
        if (op.equals("NEAR") || op.equals("ORDERED")) {
            return near(among, op.equals("ORDERED"), n, in);
        }
        BooleanQuery.Builder join = new BooleanQuery.Builder();
        for (int i = 0; i < n; i++) {
            BooleanClause.Occur occur = op.equals("OR") ? BooleanClause.Occur.SHOULD
                : op.equals("NOT") && i > 0 ? BooleanClause.Occur.MUST_NOT : BooleanClause.Occur.MUST;
            join.add(query(in), occur);
        }
        return join.build();
    }

    /* ---- answers ---- */

    private static SpanQuery spans(Query query) {
        if (query instanceof SpanQuery) {
            return (SpanQuery) query;
        }
        if (query instanceof TermQuery) {
            return new SpanTermQuery(((TermQuery) query).getTerm());
        }
        if (!(query instanceof PhraseQuery)) {
            throw new UnsupportedOperationException("Lucene has spans of phrases and of words near each other only");
        }
        Term[] terms = ((PhraseQuery) query).getTerms();
        int[] positions = ((PhraseQuery) query).getPositions();
        SpanNearQuery.Builder words = SpanNearQuery.newOrderedNearQuery(FIELD);
        for (int i = 0; i < terms.length; i++) {
            if (i > 0 && positions[i] > positions[i - 1] + 1) {
                words.addGap(positions[i] - positions[i - 1] - 1);
            }
            words.addClause(new SpanTermQuery(terms[i]));
        }
        return words.build();
    }

    private String matches(Query query) throws IOException {
        Query rewritten = searcher.rewrite(spans(query));
        SpanWeight weight = (SpanWeight) searcher.createWeight(rewritten, ScoreMode.COMPLETE_NO_SCORES, 1);
        long docs = 0;
        long found = 0;
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Spans spans = weight.getSpans(leaf, SpanWeight.Postings.POSITIONS);
            while (spans != null && spans.nextDoc() != Spans.NO_MORE_DOCS) {
                docs++;
                while (spans.nextStartPosition() != Spans.NO_MORE_POSITIONS) {
                    found++;
                }
            }
        }
        return docs + "\t" + found;
    }

    private String answer(String mode, String text) throws IOException {
        Query query = query(Arrays.asList(text.split(" ")).iterator());
        if (mode.equals("matches")) {
            return matches(query);
        }
        if (mode.equals("top")) {
            return searcher.search(query, 10).scoreDocs.length + "\t-";
        }
        TotalHitCountCollector count = new TotalHitCountCollector();
        searcher.search(query, count);
        return count.getTotalHits() + "\t-";
    }

    private void drive() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null;) {
            String[] request = line.split("\t", 2);
            String reply;
            try {
                long began = System.nanoTime();
                reply = answer(request[0], request[1]);
                reply += String.format("\t%.1f", (System.nanoTime() - began) / 1e3);
            } catch (RuntimeException | IOException failure) {
                reply = "error\t" + String.valueOf(failure.getMessage()).replace('\n', ' ');
            }
            System.out.println(reply);
            System.out.flush();
        }
    }

    public static void main(String[] args) throws Exception {
        String command = args.length > 0 ? args[0] : "";
        if (command.equals("version")) {
            System.out.println(Version.LATEST + " (Java " + System.getProperty("java.version") + ")");
        } else if (command.equals("build") && args.length > 4) {
            List<String> feeds = Arrays.asList(args).subList(4, args.length);
            build(args[1], Integer.parseInt(args[2]), args[3].equals("merge"), feeds);
        } else if (command.equals("drive") && args.length == 2) {
            IndexSearcher searcher = new IndexSearcher(DirectoryReader.open(new MMapDirectory(Paths.get(args[1]))));
            searcher.setQueryCache(null);
            new PeerLucene(searcher).drive();
        } else {
            System.err.println("usage: PeerLucene build INDEX THREADS merge|as-built FEED..., drive INDEX, version");
            System.exit(64);
        }
    }
}
