//! What the name of a column says: that it holds ids, and of which table.

/// Whether a column is named like one that holds ids: `id`, `order_id`, `parentId`.
pub(super) fn is_named_like_an_id(column: &str) -> bool {
    column.to_ascii_lowercase().ends_with("id")
}

/// Whether a column is named after a table whose ids it holds: `order_id` after `orders`, `shop_order`, `Order`.
pub(super) fn is_named_after(column: &str, table: &str) -> bool {
    let letters = |name: &str| -> String {
        let kept = name.chars().filter(char::is_ascii_alphanumeric);
        kept.collect::<String>().to_ascii_lowercase()
    };
    // of `shop_order`, what it has rows of comes last
    let last = table.rsplit('_').find(|word| word.len() > 1);
    let stem = singular(&letters(last.unwrap_or(table)));
    let column = letters(column);
    let rest = column
        .strip_suffix("id")
        .or_else(|| column.strip_suffix("fk"));
    !stem.is_empty() && rest.is_some_and(|rest| singular(rest).ends_with(&stem))
}

/// A noun without the ending of its plural, as far as an ending tells: `boxes` and `box` become `box`.
fn singular(word: &str) -> String {
    let cut = |ending: &str| word.strip_suffix(ending);
    match (cut("ies"), cut("ses").or_else(|| cut("xes")), cut("s")) {
        (Some(stem), _, _) => format!("{stem}y"),
        (_, Some(_), _) => word.get(..word.len() - 2).unwrap_or(word).to_owned(),
        (_, _, Some(stem)) if !stem.ends_with('s') && stem.len() > 1 => stem.to_owned(),
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_named_after_the_table_whose_rows_it_names() {
        for (column, table) in [
            ("order_id", "orders"),
            ("orderId", "shop_order"),
            ("category_id", "categories"),
            ("box_id", "boxes"),
            ("address_id", "addresses"),
            ("parent_order_id", "orders"),
            ("customer_fk", "Customer"),
        ] {
            assert!(is_named_after(column, table), "{column} {table}");
        }
        for (column, table) in [
            ("order_id", "items"),
            ("id", "orders"),
            ("quantity", "orders"),
            ("orders", "orders"),
            ("paid", "orders"),
        ] {
            assert!(!is_named_after(column, table), "{column} {table}");
        }
        assert!(is_named_like_an_id("parentId") && !is_named_like_an_id("stock"));
    }
}
