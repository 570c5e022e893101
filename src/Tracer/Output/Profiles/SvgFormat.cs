// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;
using System.Xml;
using CloseWait.V1;

namespace Tracer.Output.Profiles;

/// <summary>A flame graph in one file without outside references: a click zooms, and frames can be searched.</summary>
internal sealed class SvgFormat : IProfileFormat
{
    private const string Namespace = "http://www.w3.org/2000/svg";
    private const string ScriptName = "flame-graph.js";
    private const int Width = 1200;
    private const int RowHeight = 17;
    private const int Header = 48;
    private const int Margin = 10;
    private const double CharWidth = 7.2;  // of the monospace font at 12 px
    private const double LeastWidth = 0.1; // narrower boxes, in pixels, are left out with all above them

    public bool IsBinary => false;

    public void Write(StackProfile profile, ProfileView view, Stream output)
    {
        FlameNode root = FlameNode.TreeOf(profile, view);
        var settings = new XmlWriterSettings { Indent = true, IndentChars = " ", NewLineChars = "\n", CloseOutput = false, Encoding = new UTF8Encoding(false) };
        using XmlWriter svg = XmlWriter.Create(output, settings);
        int height = Header + (DepthOf(root) * RowHeight) + Margin;
        svg.WriteStartElement("svg", Namespace);
        Set(svg, ("version", "1.1"), ("width", Width), ("height", height), ("viewBox", $"0 0 {Width} {height}"), ("font-family", "monospace"), ("font-size", 12));
        WriteHead(svg, root, height);
        svg.WriteStartElement("g");
        Set(svg, ("id", "frames"), ("data-total", root.Sockets), ("data-left", Margin), ("data-width", Width - (2 * Margin)));
        if (root.Sockets > 0)
            WriteNode(svg, root, root.Sockets, start: 0, depth: 0, height);
        svg.WriteEndElement();
        svg.WriteEndElement();
    }

    private static int DepthOf(FlameNode node) => 1 + node.Callees.Select(DepthOf).DefaultIfEmpty(0).Max();

    private static void WriteHead(XmlWriter svg, FlameNode root, int height)
    {
        svg.WriteElementString("style", Namespace, ".f{cursor:pointer}.f:hover rect{stroke:#000}.hit rect{fill:#d3d}.past{opacity:.5}.off{display:none}.b{cursor:pointer;fill:#36c}");
        svg.WriteStartElement("rect");
        Set(svg, ("width", Width), ("height", height), ("fill", "#fafafa"));
        svg.WriteEndElement();
        WriteText(svg, "title", Margin, 20, $"sockets in CLOSE_WAIT: {root.Sockets.ToString(CultureInfo.InvariantCulture)}");
        WriteText(svg, "reset", Width - 200, 20, "reset zoom", ("class", "b"));
        WriteText(svg, "search", Width - 80, 20, "search", ("class", "b"));
        WriteText(svg, "detail", Margin, 40, "");
        svg.WriteStartElement("script");
        Set(svg, ("type", "text/javascript"));
        svg.WriteCData(Script());
        svg.WriteEndElement();
    }

    private static void WriteNode(XmlWriter svg, FlameNode node, long total, long start, int depth, int height)
    {
        const double scale = Width - (2 * Margin);
        double width = scale * node.Sockets / total;
        if (width < LeastWidth)
            return;
        double left = Margin + (scale * start / total);
        int top = height - Margin - ((depth + 1) * RowHeight);
        svg.WriteStartElement("g");
        Set(svg, ("class", "f"), ("data-start", start), ("data-count", node.Sockets), ("data-depth", depth), ("data-label", node.Label));
        svg.WriteElementString("title", Namespace, TitleOf(node, total));
        svg.WriteStartElement("rect");
        Set(svg, ("x", Round(left)), ("y", top), ("width", Round(width)), ("height", RowHeight - 1), ("rx", 1), ("fill", ColorOf(node)));
        svg.WriteEndElement();
        int letters = (int)((width - 6) / CharWidth);
        WriteText(svg, null, left + 3, top + 12, letters < 2 ? "" : TargetText.Cut(node.Label, letters));
        svg.WriteEndElement();
        foreach (FlameNode callee in node.Callees)
        {
            WriteNode(svg, callee, total, start, depth + 1, height);
            start += callee.Sockets;
        }
    }

    private static string TitleOf(FlameNode node, long total)
    {
        string share = (100.0 * node.Sockets / total).ToString("0.0", CultureInfo.InvariantCulture);
        string place = node.Detail.Length == 0 ? "" : $", {node.Detail}";
        return $"{node.Label}{place}: {node.Sockets.ToString(CultureInfo.InvariantCulture)} ({share}%)";
    }

    // A hue per language; the same function has the same shade in every graph.
    private static string ColorOf(FlameNode node)
    {
        int hue = node.Kind switch
        {
            FrameKind.Go => 190,
            FrameKind.Dotnet => 270,
            FrameKind.Java => 15,
            FrameKind.Javascript => 55,
            FrameKind.Python => 215,
            FrameKind.Php => 240,
            FrameKind.Native => 35,
            _ => 100,
        };
        uint shade = 2166136261; // FNV-1a
        foreach (char letter in node.Label)
            shade = (shade ^ letter) * 16777619;
        string saturation = node.Kind is FrameKind.Stub or FrameKind.Unspecified ? "10%" : "75%";
        return $"hsl({hue}, {saturation}, {68 + (shade % 14)}%)";
    }

    private static void WriteText(XmlWriter svg, string? id, double x, double y, string text, params ReadOnlySpan<(string Name, object Value)> more)
    {
        svg.WriteStartElement("text");
        if (id is not null)
            Set(svg, ("id", id));
        Set(svg, ("x", Round(x)), ("y", Round(y)));
        Set(svg, more);
        svg.WriteString(text);
        svg.WriteEndElement();
    }

    private static void Set(XmlWriter svg, params ReadOnlySpan<(string Name, object Value)> attributes)
    {
        foreach ((string name, object value) in attributes)
            svg.WriteAttributeString(name, Convert.ToString(value, CultureInfo.InvariantCulture));
    }

    private static string Round(double pixels) => pixels.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Script()
    {
        using Stream stream = typeof(SvgFormat).Assembly.GetManifestResourceStream(ScriptName)!;
        using var reader = new StreamReader(stream);
        return "\n" + reader.ReadToEnd();
    }
}
