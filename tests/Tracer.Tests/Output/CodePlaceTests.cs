// SPDX-License-Identifier: Apache-2.0
using CloseWait.V1;
using Tracer.Output;
using Tracer.Tests.Fake;
using Role = CloseWait.V1.Site.Types.Role;

namespace Tracer.Tests.Output;

/// <summary>The line to look at is there, whatever the stack around it is like.</summary>
public sealed class CodePlaceTests
{
    private static readonly Frame Recv = new() { Function = "recv", Module = "/lib/libc.so.6", Kind = FrameKind.Native };
    private static readonly Frame Call = new() { Function = "PyObject_Vectorcall", File = "Objects/call.c", Line = 299, Kind = FrameKind.Native };
    private static readonly Frame Library = new() { Function = "urlopen", File = "/usr/lib/python3.11/urllib/request.py", Line = 216, Kind = FrameKind.Python };
    private static readonly Frame Own = new() { Function = "query", File = "/srv/app/handlers.py", Line = 41, Kind = FrameKind.Python };
    private static readonly Frame Caller = new() { Function = "get", File = "/srv/app/handlers.py", Line = 77, Kind = FrameKind.Python };

    public static TheoryData<string, int, Frame[]> Stacks => new()
    {
        { "  recv+0x0 (libc.so.6)|> query (/srv/app/handlers.py:41)|  get (handlers.py:77)", 1, [Recv, Own, Caller] },
        { "> query (/srv/app/handlers.py:41)", 0, [Own] },
        { "  urlopen (request.py:216), 2 more within|> query (/srv/app/handlers.py:41)|  get (handlers.py:77), 1 more caller", 3, [Recv, Call, Library, Own, Caller, Caller] },
        { "  recv+0x0 (libc.so.6), 2 more between|> query (/srv/app/handlers.py:41)", 3, [Recv, Call, Call, Own] },
        { "  recv+0x0 (libc.so.6)|  PyObject_Vectorcall (call.c:299)|  urlopen (request.py:216), 2 more callers", -1, [Recv, Call, Library, Own, Caller] },
        { "  recv+0x0 (libc.so.6)", -1, [Recv] },
    };

    [Theory]
    [MemberData(nameof(Stacks))]
    public void The_line_is_shown_with_its_neighbours(string lines, int user, Frame[] stack)
    {
        string[] shown = Show(new Site { Role = Role.LastRead, Actor = Actor(user, stack) }, place => place.Write);
        Assert.StartsWith("  last read for example by app(7)", shown[0], StringComparison.Ordinal);
        Assert.Equal(lines.Split('|'), shown[1..].Select(line => line[12..]));
    }

    [Fact]
    public void A_place_without_a_stack_is_its_label()
    {
        var site = new Site { Role = Role.Listener, Label = "listener 0.0.0.0:80" };
        Assert.Equal(["  listener  0.0.0.0:80"], Show(site, place => place.Write));
        Assert.Equal(["  opened    not known"], Show(new Site { Role = Role.Existed }, place => place.Write));
    }

    [Fact]
    public void A_row_has_the_callers_behind_the_label()
    {
        var site = new Site { Role = Role.Accept, Label = "query (handlers.py:41)", Actor = Actor(1, [Recv, Own, Caller, Recv, Caller, Caller, Caller]), Request = "GET /" };
        Assert.Equal(["  accepted  query (handlers.py:41) < get < get < get < ..., serving GET /"], Show(site, place => (row, _) => place.WriteRow(row)));
    }

    private static Actor Actor(int user, Frame[] stack)
    {
        var actor = new Actor { Comm = "app", Pid = 7, Tid = 7, Stack = { stack } };
        if (user >= 0)
            actor.UserFrame = (uint)user;
        return actor;
    }

    private static string[] Show(Site site, Func<CodePlace, Action<Site, string?>> write)
    {
        using var output = new StringWriter();
        var style = new OutputStyle(new Palette(enabled: false), Headers: true, CutLongFields: false, TimeZoneInfo.Utc);
        write(new CodePlace(new LabelledText(output, style), style))(site, null);
        return output.ToString().TrimEnd().Split(Environment.NewLine);
    }
}
