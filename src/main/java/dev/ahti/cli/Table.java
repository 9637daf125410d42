package dev.ahti.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Columns of text, each as wide as what is in it. */
final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... heads) {
        rows.add(List.of(heads));
    }

    void row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(cell.toString());
        }
        rows.add(row);
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                line.append(padded(row.get(column), width(column))).append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream()
                .map(row -> row.get(column).length())
                .collect(Collectors.summarizingInt(each -> each))
                .getMax();
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }
}
