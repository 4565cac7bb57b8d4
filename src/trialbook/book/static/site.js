// Mends of the theme for who hears or types: a control is spoken as it is seen (WCAG 2.5.3), the title stands in a landmark.
document.addEventListener("DOMContentLoaded", () => {
  for (const button of document.querySelectorAll(".search-button-field[aria-label]")) button.removeAttribute("aria-label");
  for (const button of document.querySelectorAll(".theme-switch-button[aria-label]")) {
    const name = document.createElement("span");
    name.className = "visually-hidden";
    name.textContent = button.getAttribute("aria-label");
    button.append(name);
    button.removeAttribute("aria-label");
  }
  for (const brand of document.querySelectorAll(".bd-sidebar-primary .navbar-brand")) {
    const item = brand.closest(".sidebar-primary-item");
    if (item && !item.closest("nav, header")) {
      item.setAttribute("role", "navigation");
      item.setAttribute("aria-label", "Home");
    }
  }
});
