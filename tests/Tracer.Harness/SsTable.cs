// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Tracer.Harness;

/// <summary>The oracle for sockets, queues and holders.</summary>
public static partial class SsTable
{
    public static async Task<SsRow[]> CloseWaits(NetworkNamespace? netns = null)
    {
        string[] command = ["ss", "-Htanpe", "state", "close-wait"];
        string output = netns is null
            ? await Command.MustRun(command[0], command[1..])
            : await Command.MustRun("ip", ["netns", "exec", netns.Name, .. command]);
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];
    }

    public static IPEndPoint EndPoint(string address, uint port)
    {
        IPAddress parsed = IPAddress.Parse(address);
        return new IPEndPoint(parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed, (int)port);
    }

    private static SsRow Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        (uint, uint)[] holders = [.. HolderPattern().Matches(line)
            .Select(match => (uint.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), uint.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)))
            .Order()];
        string cookie = CookiePattern().Match(line).Groups[1].Value;
        return new SsRow(
            ulong.Parse(cookie, NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            uint.Parse(words[0], CultureInfo.InvariantCulture),
            uint.Parse(words[1], CultureInfo.InvariantCulture),
            EndPoint(words[2]),
            EndPoint(words[3]),
            holders);
    }

    private static IPEndPoint EndPoint(string text)
    {
        int colon = text.LastIndexOf(':');
        string address = text[..colon].Trim('[', ']').Split('%')[0];
        return EndPoint(address, uint.Parse(text[(colon + 1)..], CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"pid=(\d+),fd=(\d+)")]
    private static partial Regex HolderPattern();

    [GeneratedRegex(@" sk:([0-9a-f]+)")]
    private static partial Regex CookiePattern();
}
