// SPDX-License-Identifier: Apache-2.0
namespace Tracer.Output;

/// <summary>The few colours in use; with colours off every method returns its text unchanged.</summary>
internal sealed class Palette(bool enabled)
{
    public bool Enabled { get; } = enabled;

    public string Heading(string text) => Paint("1", text);

    public string Bad(string text) => Paint("31", text);

    public string Good(string text) => Paint("32", text);

    public string Notable(string text) => Paint("33", text);

    public string Faint(string text) => Paint("2", text);

    private string Paint(string code, string text) =>
        Enabled && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
