package io.textonce.intake.file;

import java.io.InputStream;
import org.apache.camel.Exchange;
import org.apache.camel.dataformat.csv.CsvDataFormat;
import org.apache.camel.spi.DataFormat;
import org.apache.camel.spi.DataFormatFactory;
import org.springframework.stereotype.Component;

/**
 * Data format {@code csv} of user routes. Camel's own takes a byte order mark, as spreadsheets write it, for a part of
 * the first column's name.
 */
@Component("csv-dataformat-factory")
final class CsvFormat implements DataFormatFactory {

    @Override
    public DataFormat newInstance() {
        return new WithoutBom();
    }

    private static final class WithoutBom extends CsvDataFormat {

        @Override
        public Object unmarshal(Exchange exchange, Object body) throws Exception {
            var in = exchange.getContext().getTypeConverter().mandatoryConvertTo(InputStream.class, exchange, body);
            return super.unmarshal(exchange, (Object) Lines.withoutBom(in));
        }
    }
}
