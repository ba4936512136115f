package io.textonce.console;

import io.textonce.intake.file.FileRuns;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;

/** Page of the dropped files and their progress. */
@Controller
final class FilesPage {

    private final FileRuns runs;

    FilesPage(FileRuns runs) {
        this.runs = runs;
    }

    @GetMapping("/files")
    String list(Model model) {
        model.addAttribute("files", runs.newest(Search.PAGE));
        return "support/files";
    }
}
