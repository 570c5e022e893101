// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Xml.Linq;
using CloseWait.V1;
using Tracer.Output.Profiles;
using Tracer.Tests.Fake;

namespace Tracer.Tests.Output.Profiles;

public sealed class SvgFormatTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";
    private static readonly ProfileView View = new(BySlot: false, ByProcess: false);

    public static TheoryData<string> HostileNames =>
    [
        "</title><script>alert(1)</script>", "]]><script>alert(1)</script><![CDATA[", "\" onload=\"alert(1)", "' onclick='alert(1)", "&lt;&#0;&bogus;",
        "<!ENTITY x SYSTEM \"file:///etc/passwd\">", "\0\u0001\u001b[2J\ufffe\uffff", "javascript:alert(1)", new string('<', 5000), "-->", "\u202e\u2028",
    ];

    [Theory]
    [MemberData(nameof(HostileNames))]
    public void A_hostile_name_stays_text(string name)
    {
        XDocument plain = Draw(name: "f", process: "p");
        XDocument hostile = Draw(name, name);
        Assert.Equal(Shape(plain), Shape(hostile));
        Assert.Equal(Scripts(plain), Scripts(hostile));
    }

    [Fact]
    public void Nothing_outside_of_the_file_is_needed()
    {
        XDocument svg = Draw("f", "p");
        Assert.DoesNotContain(svg.Descendants().Attributes(), attribute => attribute.Name.LocalName is "href" or "src" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal));
        Assert.DoesNotContain("://", Scripts(svg), StringComparison.Ordinal);
        Assert.DoesNotContain("innerHTML", Scripts(svg), StringComparison.Ordinal);
    }

    [Fact]
    public void Boxes_are_as_wide_as_their_sockets_are_many()
    {
        StackProfile profile = Profile([(3, ["a", "main"]), (1, ["b", "main"])], "app");
        Dictionary<string, double> widths = Boxes(Write(profile)).ToDictionary(box => (string)box.Attribute("data-label")!, WidthOf);
        Assert.Equal(1180, widths["main"]);
        Assert.Equal(885, widths["a"]);
        Assert.Equal(295, widths["b"]);
    }

    [Fact]
    public void Every_box_says_what_it_is()
    {
        XElement box = Boxes(Draw("f", "p")).Last();
        Assert.Equal("f (x.c:3), /opt/app: 1 (100.0%)", box.Element(Svg + "title")!.Value);
        Assert.Equal("f (x.c:3)", box.Element(Svg + "text")!.Value);
    }

    [Fact]
    public void What_is_too_narrow_to_see_is_left_out()
    {
        StackProfile profile = Profile([(1_000_000, ["wide", "main"]), (1, ["narrow", "main"])], "app");
        string[] labels = [.. Boxes(Write(profile)).Select(box => (string)box.Attribute("data-label")!)];
        Assert.Contains("wide", labels);
        Assert.DoesNotContain("narrow", labels);
    }

    [Fact]
    public void A_stack_without_end_is_cut_and_an_empty_profile_is_a_picture()
    {
        XDocument deep = Write(Profile([(1, [.. Enumerable.Range(0, 100_000).Select(i => $"f{i}")])], "app"));
        Assert.Equal(512 + 2, Boxes(deep).Count());
        Assert.Empty(Boxes(Write(new StackProfile())));
    }

    [Fact]
    public async Task The_script_is_valid_javascript()
    {
        using var folder = new TempFolder();
        string script = folder.Write("script.js", Scripts(Draw("f", "p")));
        await using ChildProcess node = ChildProcess.StartReader("node", "--check", script);
        CommandRun run = await node.WaitAsync();
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
    }

    private static XDocument Draw(string name, string process)
    {
        var profile = new StackProfile();
        int stack = profile.AddStack([new Frame { Function = name, Module = "/opt/app", File = "x.c", Line = 3 }]);
        profile.AddSample(new ProfileSample(StackSlot.Origin, process, 1, stack), 1);
        return Write(profile);
    }

    private static StackProfile Profile((long Sockets, string[] Functions)[] stacks, string process)
    {
        var profile = new StackProfile();
        foreach ((long sockets, string[] functions) in stacks)
            profile.AddSample(new ProfileSample(StackSlot.Origin, process, 1, profile.AddStack([.. functions.Select(name => new Frame { Function = name })])), sockets);
        return profile;
    }

    private static XDocument Write(StackProfile profile)
    {
        using var file = new MemoryStream();
        new SvgFormat().Write(profile, View, file);
        file.Position = 0;
        return XDocument.Load(file);
    }

    // What is there, without what it says.
    private static IEnumerable<string> Shape(XDocument svg) =>
        svg.Descendants().Select(element => $"{element.Name.LocalName} {string.Join(' ', element.Attributes().Select(attribute => attribute.Name.LocalName))}");

    private static string Scripts(XDocument svg) => string.Concat(svg.Descendants(Svg + "script").Select(script => script.Value));

    private static IEnumerable<XElement> Boxes(XDocument svg) => svg.Descendants(Svg + "g").Where(group => (string?)group.Attribute("class") == "f");

    private static double WidthOf(XElement box) => double.Parse(box.Element(Svg + "rect")!.Attribute("width")!.Value, CultureInfo.InvariantCulture);
}
