// SPDX-License-Identifier: Apache-2.0
using System.Globalization;
using System.Text;

namespace Tracer.Attribution.Findings.Grouping;

/// <summary>Worst first; and gives each finding an id that it has again after a restart.</summary>
internal static class FindingOrder
{
    public static List<Finding> Arrange(IEnumerable<Finding> findings)
    {
        // Two services that differ in nothing that lasts, or a service whose master is gone: the older one has the plain id.
        List<Finding> named = [];
        foreach (IGrouping<string, Finding> alike in findings.GroupBy(Describe))
        {
            int ordinal = 0;
            foreach (Finding finding in alike.OrderBy(finding => finding.Owner.Group.StartBoottimeNs).ThenBy(finding => finding.Owner.Group.Pid))
                named.Add(finding with { Id = ToId(alike.Key, ordinal++) });
        }
        return [.. named
            .OrderByDescending(finding => finding.Severity)
            .ThenByDescending(finding => finding.Sockets)
            .ThenByDescending(finding => finding.OldestNs)
            .ThenBy(finding => finding.Id, StringComparer.Ordinal)];
    }

    private static string Describe(Finding finding)
    {
        string program = finding.Owner.Exe.Length > 0 ? finding.Owner.Exe : finding.Owner.Comm;
        string place = finding.Owner.Unit.Length > 0 ? finding.Owner.Unit : finding.Owner.Cgroup;
        return $"{program}\0{place}\0{finding.Origin.Label}\0{finding.Verdict}";
    }

    // FNV-1a, 64 bits: ids must not depend on the run, as string.GetHashCode does.
    private static string ToId(string description, int ordinal)
    {
        ulong hash = 0xcbf29ce484222325;
        foreach (byte unit in Encoding.UTF8.GetBytes(ordinal == 0 ? description : string.Create(CultureInfo.InvariantCulture, $"{description}\0{ordinal}")))
            hash = (hash ^ unit) * 0x100000001b3;
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
