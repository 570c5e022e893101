// SPDX-License-Identifier: Apache-2.0
using System.Globalization;

namespace Tracer.Linux;

/// <summary>Reads group names as in group(5).</summary>
public static class GroupDatabase
{
    /// <summary>Id of a group given by name or by number; null: there is none, or the file is not readable.</summary>
    public static uint? FindId(string nameOrNumber, string path = "/etc/group")
    {
        if (uint.TryParse(nameOrNumber, NumberStyles.None, CultureInfo.InvariantCulture, out uint number))
            return number;
        try
        {
            foreach (string line in File.ReadLines(path))
            {
                string[] fields = line.Split(':');
                if (fields.Length >= 3 && fields[0] == nameOrNumber && uint.TryParse(fields[2], NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
                    return id;
            }
        }
        catch (IOException)
        {
            return null;
        }
        return null;
    }
}
