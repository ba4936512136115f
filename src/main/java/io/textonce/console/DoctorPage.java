package io.textonce.console;

import io.textonce.twilio.Doctor;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;

/** Page of the self-test: an operator starts it, since it calls Twilio. */
@Controller
final class DoctorPage {

    private final Doctor doctor;

    DoctorPage(Doctor doctor) {
        this.doctor = doctor;
    }

    @GetMapping("/doctor")
    String form() {
        return "support/doctor";
    }

    @PostMapping("/doctor")
    String examine(Model model) {
        model.addAttribute("found", doctor.examine());
        return "support/doctor";
    }
}
