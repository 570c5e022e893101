// SPDX-License-Identifier: Apache-2.0
using Tracer.Attribution.Findings;
using Tracer.Wire;
using static Tracer.Attribution.Tests.Story;

namespace Tracer.Attribution.Tests.Findings;

/// <summary>What was seen for seconds only, and what many short times say together.</summary>
public sealed class ShortTimesTests
{
    private readonly Scene _scene = new();
    private readonly Proc _shop;
    private readonly ulong _stack;

    public ShortTimesTests()
    {
        _shop = _scene.Names.Process(50, "shop", "/srv/shop");
        _stack = _scene.Names.Stack(1, "connect", "Stock::connect stock.php:26");
    }

    [Fact]
    public void A_short_timeout_that_all_share_is_the_one_to_set_the_pool_by()
    {
        Enter(8, idleNs: 2 * Second);
        Assert.Equal(
            "In a pool: set the longest idle time below the peer's, 2.0 s here; or test connections when they are taken out.",
            _scene.After(70 * Second).Only().Advice[0]);
    }

    [Fact]
    public void Short_times_that_differ_are_no_timeout()
    {
        for (ulong i = 1; i <= 4; i++)
            Enter(1, idleNs: i * Second, firstCookie: i);
        Assert.StartsWith("In a pool: set the longest idle time below the peer's (not known here)", _scene.After(70 * Second).Only().Advice[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(40, true)]
    public void What_came_at_once_is_not_drawn_out_for_hours(ulong seconds, bool isTold)
    {
        Enter(15);
        _scene.Descriptors[_shop.Key] = new DescriptorFacts(20, 20_000);
        Finding finding = _scene.After(seconds * Second).Only();
        Assert.Equal(isTold, finding.Descriptors[0].ExhaustionNs is not null);
        string growth = Assert.Single(finding.Evidence, line => line.Text.StartsWith("grows by ", StringComparison.Ordinal)).Text;
        Assert.Equal(isTold, growth.Contains("run out", StringComparison.Ordinal));
    }

    [Fact]
    public void A_limit_that_is_near_is_told_at_once()
    {
        Enter(15);
        _scene.Descriptors[_shop.Key] = new DescriptorFacts(20, 64);
        Assert.Equal(Severity.Critical, _scene.After(10 * Second).Only().Severity);
    }

    [Fact]
    public void Answers_to_probes_are_named_where_they_hide_the_idle_time()
    {
        Conn[] conns = [.. Enumerable.Range(1, 4).Select(cookie => Outbound((ulong)cookie).Silent(5 * Second, 305 * Second))];
        foreach (Conn conn in conns)
        {
            conn.State.Event.NewState = TcpState.CloseWait;
            conn.State.Event.Flags |= TcpEventFlags.Probed;
        }
        _scene.Scan(conns, _ => _shop);
        Finding finding = _scene.After(70 * Second).Only();
        Assert.Equal(0UL, finding.Plateau.Known);
        Scene.Says(
            finding, EvidenceKind.Unknown,
            "4 of 4 sockets: how long they were idle before the FIN is not known, since answers to keepalive probes may have come after it");
    }

    private void Enter(int count, ulong idleNs = 0, ulong firstCookie = 1) =>
        _scene.Scan(_scene.Enter(count, Outbound, idleNs, firstCookie), _ => _shop);

    private Conn Outbound(ulong cookie) =>
        new Conn(cookie).Direction(TcpDirection.Outbound).Remote("10.0.0.5", 8081).Origin(TcpOrigin.Connect, _shop.At(5, stackId: _stack));
}
